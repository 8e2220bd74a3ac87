"""What the runners of Python suites say: each test as it ends, and in the end how many passed and failed."""
import importlib
import time
import traceback
import unittest


class Result(unittest.TestResult):
    """Says how each test went as soon as it is over."""

    def __init__(self, verbose):
        super().__init__()
        self.verbose, self.passed, self.failed = verbose, 0, []

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def say(self, verdict, test, text=""):
        print(f"{verdict} {name(test)} ({time.monotonic() - self.began:.1f} s)", flush=True)
        if text:
            print("    " + text.strip().replace("\n", "\n    "), flush=True)

    def addSuccess(self, test):
        self.passed += 1
        if self.verbose:
            self.say("pass", test)

    def addFailure(self, test, error):
        self.failed.append(test)
        self.say("FAIL", test, self.shown(error))

    def addError(self, test, error):
        self.addFailure(test, error)
        # unittest takes the end of the program, by SIGTERM, for the failure of one test.
        if issubclass(error[0], SystemExit):
            self.stop()

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"SKIP {name(test)}: {reason}", flush=True)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.addFailure(subtest, error)

    def shown(self, error):
        return "".join(traceback.format_exception(*error)) if self.verbose else str(error[1])


def name(test):
    return test.id() if hasattr(test, "id") else str(test)


def tests(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests(test)
        else:
            yield test


def run_modules(result, directory, names):
    """Run the tests of the directory's test_*.py whose ids contain one of the names, or all where there are none."""
    for module in sorted(file.stem for file in directory.glob("test_*.py")):
        if result.shouldStop:
            return
        loaded = unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(module))
        wanted = [test for test in tests(loaded) if any(n in test.id() for n in names or [""])]
        unittest.TestSuite(wanted).run(result)
