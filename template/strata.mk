# The targets of the migrations. In your Makefile, at its end: -include strata.mk
# A target that your Makefile has stays yours.

override MESSAGE := $(value MESSAGE)
override REVISION := $(value REVISION)
export MESSAGE REVISION

STRATA := $(or $(wildcard .venv/bin/python),python3) scripts/migrate.py
STRATA_TAKEN := $(shell sed -n 's/^\([a-z-]*\) *:.*/\1/p' $(filter-out %strata.mk,$(MAKEFILE_LIST)) /dev/null)
STRATA_TARGETS := check migrate-check migrate-create migrate-upgrade migrate-downgrade \
	migrate-current migrate-history migrate-drift migrate-lint migrate-adopt migrate-backup

.PHONY: $(filter-out $(STRATA_TAKEN),$(STRATA_TARGETS))

# Finds what is to be done: set-up, models without a migration, what is pending.
$(filter-out $(STRATA_TAKEN),check migrate-check):
	@$(STRATA) check

# Writes the revision that MESSAGE="add users.phone" describes.
$(filter-out $(STRATA_TAKEN),migrate-create):
	@[ -n "$$MESSAGE" ] || { \
		echo 'MESSAGE is missing: make migrate-create MESSAGE="add users.phone"' >&2; exit 2; }
	@$(STRATA) create "$$MESSAGE"

# Undoes one revision, or goes down to REVISION.
$(filter-out $(STRATA_TAKEN),migrate-downgrade):
	@$(STRATA) downgrade "$${REVISION:--1}"

# These are verbs of scripts/migrate.py: `python scripts/migrate.py help` tells of them.
$(filter-out $(STRATA_TAKEN),migrate-upgrade migrate-current migrate-history migrate-drift \
		migrate-lint migrate-adopt migrate-backup):
	@$(STRATA) $(@:migrate-%=%)
