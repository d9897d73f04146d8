"""Measures the time and memory of the program: `python -m tools.bench`, which `make bench` runs.

`stacks.py`, `assistants.py` and `imports.py` each measure a part and store the results under `.sandbox/bench/`;
`page.py` writes docs/performance.md from the results.
"""
