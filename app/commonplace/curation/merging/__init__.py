"""Merge two things into one, and take a merge back: judgement that returns changes and never writes."""
