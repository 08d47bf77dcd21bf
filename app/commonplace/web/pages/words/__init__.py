"""Say in words, in English or French, what pages show."""
