"""Answer queries about a state of the library: the one seam to the engine, and the engine behind it."""
