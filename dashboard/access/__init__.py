"""Who may come in: the door in front of every route and WebSocket, sign-in, sessions, security headers.

`policy` and `csrf` are the rules, pure; `middleware` and `sockets` hold to them; `sessions` knows cookies and tokens;
`signin` is the way in; `headers` goes onto every answer. Routes behind the door ask `identity.who_of`, scripts ask
`viewer.viewer`.
"""
