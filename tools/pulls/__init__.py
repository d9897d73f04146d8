"""The code of the workflows in `.github/workflows`: touched stacks, comments, drift, and requests to GitHub.

It uses only the standard library, so that a job that may write to GitHub installs nothing.
"""
