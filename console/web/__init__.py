"""The console: server-rendered pages for digital teams and operators."""
