"""Puts the project's tools in place; standard library only, because it runs before the virtual environment exists."""
