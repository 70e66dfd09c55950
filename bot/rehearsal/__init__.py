"""A local stand-in for Microsoft Teams: people try the bot out on it, tests and load run on it.

Must not know the service: it imports nothing of it and talks to it by HTTP alone.
"""
