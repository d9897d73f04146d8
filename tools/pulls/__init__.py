"""What the workflows in `.github/workflows` do: which stacks a change touches, comments, drift, and talking to GitHub.

Only the standard library is used, so that a job that may write to GitHub installs nothing.
"""
