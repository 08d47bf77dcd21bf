"""Read the decisions of review tools: which works their reviewers include, exclude or leave open."""
