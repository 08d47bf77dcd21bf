"""Let other programs find and take what is here: tags of pages, typed links, feeds, site maps, unAPI, OpenSearch."""
