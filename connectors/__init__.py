"""The official APIs, one folder a platform: fetch one page, translate it, store nothing."""
