"""Procedures as they run in cases: begun, done step by step by whom they wait for, ended."""
