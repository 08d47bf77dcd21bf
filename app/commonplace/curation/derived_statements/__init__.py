"""Statements that follow from others: a name from its parts, a year from a date, what comes of comparing a quote."""
