"""The tests of the migrations are stratakit's, run on this service."""

from stratakit.testing import (
    test_models_and_revisions_agree,
    test_models_import_without_the_web_framework,
    test_new_revisions_are_safe,
    test_revisions_go_up_down_and_up_again_with_rows,
    test_there_is_one_head,
)

__all__ = [
    "test_models_and_revisions_agree",
    "test_models_import_without_the_web_framework",
    "test_new_revisions_are_safe",
    "test_revisions_go_up_down_and_up_again_with_rows",
    "test_there_is_one_head",
]
