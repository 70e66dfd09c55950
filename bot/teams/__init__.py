"""The edge to Microsoft Teams: the only importer of the Bot Framework SDK.

Must not know flows, cases or the record: an activity becomes an event, the desk answers it.
"""
