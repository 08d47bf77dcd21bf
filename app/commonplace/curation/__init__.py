"""Judgement over the graph: returns findings and change sets, never writes."""
