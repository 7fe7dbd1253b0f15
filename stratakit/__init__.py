"""The foundation of this service.

`copier update` refreshes it for ever, so nobody edits it, and everybody may read it.
"""
