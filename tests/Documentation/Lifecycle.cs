// A fixture's fields are the test's own: no state leaks from one test into the next.
[assembly: FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
