"""Graph v26.0 as a Page's own token sees it: tokens, nodes, edges, paging, errors and usage headers."""
