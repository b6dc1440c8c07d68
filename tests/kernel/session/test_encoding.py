"""What reports say of who else held a variable."""

from kernelferry.session.encoding import held_by


def test_what_the_library_of_an_opaque_object_holds_may_be_its_inside():
    holders = ["matplotlib.path.Path._unit_circle", "matplotlib.transforms.BlendedAffine2D", "seaborn.registry", "a dict"]
    assert held_by(holders, set(), "matplotlib.figure.Figure at fig") == "seaborn.registry"
    assert held_by(holders, set(), "") == ", ".join(holders[:3])
    assert held_by(["__main__.keep"], set(), "__main__.Hidden at x") == "__main__.keep"
