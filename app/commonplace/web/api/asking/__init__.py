"""Answer questions that go over many things: searches, named queries, lists that compare, maps."""
