"""Installs the project's tools. The modules for setup use the standard library only: no virtual environment exists."""
