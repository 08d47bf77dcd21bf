"""Find things by their words: the full-text index, its parts, and its life from one start to the next."""
