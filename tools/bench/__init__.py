"""How much time and memory the program takes: `python -m tools.bench`, which `make bench` runs.

`stacks.py`, `assistants.py` and `imports.py` each measure a part and keep what they found under `.sandbox/bench/`;
`page.py` writes docs/performance.md from that.
"""
