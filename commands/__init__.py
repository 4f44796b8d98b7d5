"""The operator's commands, one module a subject. Wiring, as `manage.py` is: a command may use any room.

Each module has `add(commands)`, which lists its commands, and for each command a function
`run(args, settings) -> exit status`. What a command refuses is a `Refused`: one line, exit status 2.
"""
