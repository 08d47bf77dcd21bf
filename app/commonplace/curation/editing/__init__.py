"""Judge edits of single things: the change that makes a thing what a curator wants it to be. Nothing here writes."""
