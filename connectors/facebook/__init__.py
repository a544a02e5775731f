"""Facebook pages: their listings, their translation and their errors."""
