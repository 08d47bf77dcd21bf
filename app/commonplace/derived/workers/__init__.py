"""Answer queries from outside in processes that can be ended."""
