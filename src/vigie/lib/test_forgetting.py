"""A name goes wherever it stands, and nothing else."""

from vigie.lib.forgetting import forgetter


def test_whole_names_go_in_texts_lists_and_keys():
    without = forgetter(["Ann Lee", "ann@x.test", "al"], "(erased 1)")
    assert without("ANN LEE told Joann Leeds") == "(erased 1) told Joann Leeds"
    assert without({"Ann Lee": ["ann@x.test", 3, None, "al"]}) == {
        "(erased 1)": ["(erased 1)", 3, None, "al"]
    }


def test_no_name_changes_nothing():
    assert forgetter([""], "x")({"a": ["b"]}) == {"a": ["b"]}
