"""A second implementation of docs/protocol.md, written from that page alone, to check the first one by.

It is short rather than fast, keeps no secrets from anybody who measures time, and is for tests only.
"""
