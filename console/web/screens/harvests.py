"""Harvests."""

from fastapi import FastAPI


def add_routes(app: FastAPI) -> None:
    """Add the routes."""
