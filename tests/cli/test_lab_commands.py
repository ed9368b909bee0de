import json

import pytest


def test_a_set_of_ones_own_is_trained_and_reported(call, tmp_path):
    file = tmp_path / "coins.csv"
    file.write_text("head,head\ntail,tail\n")
    out_file = tmp_path / "out.json"
    kinds = ("--kind", "mdm", "--kind", "code")
    code, out, err = call(
        "reproduce", "synthetic", "--csv", file, *kinds, "--seeds", 2, "--blocks", 1, "--workers", 1, "--json", out_file
    )
    assert code == 0
    assert "coins: 2 sequences of 2 tokens over 2 symbols, entropy 0.693 nats, total correlation 0.693 nats" in err
    assert "| coins | 1 | 1 | 0.693 |" in out
    rows = json.loads(out_file.read_text())["rows"]
    one_call = {row["model"]: row for row in rows if row["nfe"] == 1}
    assert one_call["mdm"]["kl_exact"] == pytest.approx(0.693, abs=0.01)
    assert one_call["vmd"]["kl_exact"] < 0.001
    assert one_call["vmd"]["seeds"] == [0, 1]
    assert {"set", "blocks", "nfe", "model", "latent", "accuracy", "kl", "kl_exact", "seconds"} <= set(rows[0])


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--set", "D9"], "no token set is called 'D9'"),
        (["--csv", "/no/such.csv"], "cannot read /no/such.csv"),
        (["--blocks", "3"], "divides into 3 equal blocks"),
        (["--distance", "99"], "the distance must be 1 to 64"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(call, args, message):
    code, out, err = call("reproduce", "synthetic", *args)
    assert code == 2
    assert out == ""
    assert message in err.splitlines()[-1]
