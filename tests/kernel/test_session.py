"""What a student meets in a notebook on the kernel `chainrule`: `cargo lab test` runs this."""

import glob
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from session import Session

# Long enough for a live curve on any machine: nothing is shown of what is over in 300 ms.
LIVE = 'Experiment::new("live", &model, &data).settings(&[(150, 0.1)])'
TRAIN = """
let data = Mnist::load()?.with_validation(5_000)?;
let model = Model::input(784).dense(10).softmax();
"""


class TestCells(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = Session()

    @classmethod
    def tearDownClass(cls):
        cls.session.close()

    def run_ok(self, code, **options):
        cell = self.session.run(code, **options)
        self.assertEqual(cell.status, "ok", cell.traceback())
        return cell

    def run_failing(self, code, name, **options):
        cell = self.session.run(code, **options)
        self.assertEqual(cell.status, "error")
        self.assertEqual(cell.reply["ename"], name, cell.traceback())
        self.assertEqual(cell.outputs[-1][0], "error")
        return cell

    def test_the_prelude_is_there_and_its_dependency_line_costs_nothing(self):
        library = os.path.join(os.path.dirname(__file__), "../../crates/chainrule")
        cell = self.run_ok(f':dep chainrule = {{ path = "{library}" }}\nuse chainrule::prelude::*;')
        self.assertLess(cell.seconds, 1.0)
        self.assertEqual(self.run_ok("Model::input(2).dense(1).squared_error().summary()?.total").result(), "3")

    def test_outputs_come_in_order_and_all_of_them(self):
        cell = self.run_ok(
            'println!("one");\nlet _a = show(&array![1.0]);\neprintln!("two");\n'
            'let _b = show(&array![2.0]);\nprint!("three");\n4'
        )
        shown = [c.get("text") or c["data"]["text/plain"] for _, c in cell.outputs]
        self.assertEqual(len([k for k in cell.kinds() if k == "display_data"]), 2)
        out = [text for text in shown if text != "two\n"]
        self.assertEqual(out, ["one\n", "[1]\nshape [1]", "[2]\nshape [1]", "three", "4"])

    def test_nothing_is_shown_for_nothing(self):
        for code in ("for _ in 0..2 {}", "let a = 1;", "()", "let mut b = 1; b += 1"):
            self.assertEqual(self.run_ok(code).outputs, [], code)

    def test_text_without_a_newline_comes_while_the_cell_runs(self):
        cell = self.run_ok(
            'for i in 0..4 { print!("\\r{i}"); std::thread::sleep(std::time::Duration::from_millis(300)); }'
        )
        self.assertEqual(cell.text(), "\r0\r1\r2\r3")
        times = [seconds for seconds, kind, _ in cell.arrivals if kind == "stream"]
        self.assertGreater(times[-1] - times[0], 0.5)

    def test_a_display_can_be_updated_and_taken_away(self):
        cell = self.run_ok("let handle = show(&array![1.0]);\nhandle.update(&array![2.0]);")
        self.assertEqual([c["data"]["text/plain"] for _, c in cell.outputs], ["[2]\nshape [1]"])
        cell = self.run_ok('println!("gone");\nclear_output(false);\nprintln!("here");')
        self.assertEqual(cell.text(), "here\n")

    def test_a_panic_is_an_error_at_its_line_and_variables_live_on(self):
        self.run_ok("let kept = vec![1, 2, 3];")
        cell = self.run_failing("let fresh = 1;\nlet x = kept[7];", "Panic")
        for part in ("index out of bounds", "let x = kept[7];", "this cell:2", "Not defined by this cell: fresh, x."):
            self.assertIn(part, cell.traceback())
        self.assertNotIn("stack backtrace", cell.traceback() + cell.text("stderr"))
        self.assertEqual(self.run_ok("kept.len()").result(), "3")

    def test_a_panic_of_another_thread_is_shown_and_ends_no_cell(self):
        cell = self.run_ok('std::thread::spawn(|| panic!("alone")).join().is_err()')
        self.assertEqual(cell.result(), "true")
        self.assertIn("panicked: alone", cell.text("stderr"))
        named = 'std::thread::Builder::new().name("worker".to_owned()).spawn(|| panic!("named"))?.join().is_err()'
        self.assertIn("thread worker panicked: named", self.run_ok(named).text("stderr"))

    def test_the_panic_that_ended_the_cell_is_told_not_one_before_it(self):
        for before in ('std::thread::spawn(|| panic!("before")).join()', 'std::panic::catch_unwind(|| panic!("before"))'):
            cell = self.run_failing(f'let v = vec![1];\nassert!({before}.is_err());\nlet x = v[7];', "Panic")
            self.assertIn("index out of bounds", cell.traceback())
            self.assertIn("this cell:3", cell.traceback())
            self.assertNotIn("before", cell.reply["evalue"])

    def test_a_panic_that_a_thread_hands_over_is_told_with_its_words(self):
        cell = self.run_failing(
            'std::panic::resume_unwind(std::thread::spawn(|| panic!("handed over")).join().unwrap_err());',
            "Panic",
        )
        self.assertIn("handed over", cell.traceback())

    def test_a_panic_in_a_library_names_the_cells_line(self):
        cell = self.run_failing("let a = array![[1.0, 2.0]];\n\na.dot(&array![[1.0], [2.0], [3.0]])", "Panic")
        self.assertIn("this cell:3", cell.traceback())

    def test_a_panic_in_a_function_of_an_earlier_cell_names_that_cell(self):
        number = self.session.run("// first\nfn pick(v: &[i32]) -> i32 {\n    v[9]\n}").reply["execution_count"]
        cell = self.run_failing("pick(&[1])", "Panic")
        self.assertIn(f"cell [{number}]:3", cell.traceback())

    def test_a_question_mark_is_an_error_with_its_line_and_nothing_else(self):
        cell = self.run_failing('let a = 1;\nlet b: i32 = "x".parse()?;\nprintln!("never");', "ParseIntError")
        self.assertIn("this cell:2", cell.traceback())
        self.assertEqual(cell.kinds(), ["error"])
        cell = self.run_failing("Model::input(4).dense(2).build(1)?", "ModelError")
        self.assertIn("try       end it with .softmax()", cell.traceback())

    def test_the_compilers_errors_are_at_the_students_lines(self):
        cell = self.run_failing('let a = 1;\nlet b: i32 = "é"; // why', "CompileError")
        for part in ("E0308", "this cell:2:14", 'let b: i32 = "é"; // why', "expected `i32`, found `&str`"):
            self.assertIn(part, cell.traceback())

    def test_the_commonest_mistakes_have_hints(self):
        self.run_ok("let moved = vec![1];\nlet new_owner = moved;")
        self.run_ok("let away = vec![1];")
        number = self.run_ok("drop(away);").reply["execution_count"]
        for code, hint in (
            ("away.len()", f"`away` was moved in cell [{number}]"),
            ("let v = vec![1];\nlet r = &v;", "own what they hold"),
            ("let f = |x: i32| x;", "write a function"),
            ("let m = HashMap::new();", "use std::collections::HashMap;"),
            ("struct Hidden;\nHidden", "#[derive(Debug)]"),
            ("Some(1)?", "`?`"),
        ):
            cell = self.run_failing(code, "CompileError")
            self.assertIn(hint, cell.traceback())
            self.assertNotIn("evcxr", cell.traceback())
            self.assertNotIn("chainrule_tell", cell.traceback())

    def test_types_from_the_standard_library_are_found(self):
        for code in (
            "let number = 5u32.to_string();",
            "let real = 2.5f64.to_string();",
            "let parts: Vec<String> = \"a b\".split(' ').map(str::to_owned).collect();",
            "let largest = [1, 3, 2].iter().max().copied();",
            "let map = std::collections::HashMap::from([(1, 2.0)]);",
            "let found = map.get(&1).copied();\nlet keys: Vec<_> = map.keys().cloned().collect();",
            "let root = 2.0f64.sqrt().powi(3);",
        ):
            self.run_ok(code)

    def test_a_cell_can_be_run_again_and_types_can_change(self):
        for value in ("1", '"text"'):
            self.run_ok(f"let again = {value};")
        self.assertEqual(self.run_ok("again").result(), '"text"')

    def test_an_implementation_at_the_top_of_a_cell_can_be_run_again(self):
        self.run_ok("#[derive(Debug)]\nstruct Net { a: i32 }")
        for value in (1, 1, 2):
            self.run_ok(f"impl Net {{\n    fn a(&self) -> i32 {{ self.a + {value} }}\n}}")
            self.run_ok("impl Net { fn make() -> Net { Net { a: 10 } } }")
            self.run_ok(f"impl std::fmt::Display for Net {{\n    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {{ write!(f, \"{value}\") }}\n}}")
        self.assertEqual(self.run_ok("(Net::make().a(), Net::make().to_string())").result(), '(12, "2")')
        cell = self.run_failing('impl Net {\n    fn a(&self) -> i32 { "x" }\n}', "CompileError")
        self.assertIn("this cell:2:26", cell.traceback())
        number = self.run_failing("impl Net {\n    fn b(&self) -> i32 { [0][self.a as usize] }\n}\nNet::make().b()", "Panic")
        self.assertIn("this cell:2", number.traceback())

    def test_a_definition_that_breaks_an_earlier_cell_names_it(self):
        self.run_ok("#[derive(Debug)]\nstruct Pair { a: i32 }")
        number = self.run_ok("// makes one\nfn pair() -> Pair {\n    Pair { a: 1 }\n}").reply["execution_count"]
        cell = self.run_failing("#[derive(Debug)]\nstruct Pair { a: i32, b: i32 }", "CompileError")
        for part in (f"cell [{number}]:3", "Pair { a: 1 }", f"this cell changes what cell [{number}] uses"):
            self.assertIn(part, cell.traceback())
        both = "#[derive(Debug)]\nstruct Pair { a: i32, b: i32 }\nfn pair() -> Pair { Pair { a: 1, b: 2 } }"
        self.run_ok(both)
        self.assertEqual(self.run_ok("pair().b").result(), "2")

    def test_calls_of_own_methods_and_operators_are_optimised(self):
        with open(f"/proc/{self.session.pid}/environ") as environment:
            variables = dict(line.split("=", 1) for line in environment.read().split("\0") if "=" in line)

        def level():
            with open(os.path.join(variables["CHAINRULE_SESSION"], "opt-level")) as file:
                return file.read()

        self.run_ok(
            "#[derive(Debug, Clone, Copy)]\nstruct Value(f64);\n"
            "impl Value { fn make(x: f64) -> Value { Value(x) }\n fn much(self) -> f64 { (0..9).map(|i| self.0 * i as f64).sum() } }\n"
            "impl std::ops::Mul for Value { type Output = Value; fn mul(self, other: Value) -> Value { Value(self.0 * other.0) } }"
        )
        for code, expected in (("let v = Value(2.0);", "0"), ("v.much()", "2"), ("v * v", "2"), ("let w = v;", "0")):
            self.run_ok(code)
            self.assertEqual(level(), expected, code)

    def test_standard_input_is_refused_with_what_to_do(self):
        cell = self.run_failing("let mut s = String::new();\nstd::io::stdin().read_line(&mut s)?;", "InputError")
        for part in ("this cell:2", "chainrule::notebook::input"):
            self.assertIn(part, cell.traceback())
        self.run_ok('std::process::Command::new("true").stdin(std::process::Stdio::null()).status()?.success()')

    def test_a_path_from_the_root_may_begin_a_cell(self):
        self.assertEqual(self.run_ok("::std::cmp::max(1, 2)").result(), "2")
        self.assertEqual(self.run_ok("::std::mem::drop(1);\n3").result(), "3")

    def test_completion_and_documentation(self):
        self.run_ok("let network = Model::input(4).dense(2).softmax().build(1)?;")
        code = "let é = network.forw"
        reply = self.session.ask(self.session.client.complete(code, len(code)))
        self.assertTrue(any(match.startswith("forward") for match in reply["matches"]), reply)
        self.assertEqual(code[reply["cursor_start"] : reply["cursor_end"]], "forw")
        reply = self.session.ask(self.session.client.inspect("Mnist::load()", 9))
        self.assertTrue(reply["found"])
        self.assertIn("Loads the set", reply["data"]["text/plain"])

    def test_completion_while_a_cell_runs(self):
        self.run_ok("let patience = 1;")
        code = "patien"
        matches = []

        def complete():
            time.sleep(1.0)
            matches.append(self.session.client.complete(code, len(code)))

        cell = self.session.run("std::thread::sleep(std::time::Duration::from_secs(3));", during=complete)
        self.assertEqual(cell.status, "ok")
        # It came before the cell's own answer.
        answers = [m["content"] for m in self.session.passed if m["parent_header"].get("msg_id") in matches]
        self.assertEqual(["patience" in answer["matches"] for answer in answers], [True])

    def test_input_is_asked_for(self):
        cell = self.run_ok('let name = chainrule::notebook::input("Name? ")?;\nname', answer="Ada")
        self.assertEqual(cell.result(), '"Ada"')

    def test_input_that_nobody_answers_is_an_error(self):
        cell = self.run_failing('let name = chainrule::notebook::input("Name? ")?;', "IoError")
        self.assertIn("no answer to", cell.traceback())

    def test_commands(self):
        self.run_ok("let table = array![[1.0, 2.0]];")
        self.assertIn("table", self.run_ok(":vars").result())
        self.assertRegex(self.run_ok(":vars").result(), r"table +Array2<f64> +\[1, 2\]")
        self.assertIn(":dep", self.run_ok(":help").result())
        cell = self.run_ok("%%time\nlet timed = 1;")
        self.assertRegex(cell.text(), r"compiled in .*s, ran in .*s\n")
        self.assertEqual(self.run_ok("!echo shell").text(), "shell\n")
        self.run_failing("!exit 3", "ShellError")

    def test_a_command_beside_an_expression_leaves_the_cell_one_result(self):
        self.run_ok("let beside = 1;")
        for command, answer in ((":opt 1", "Optimization: 1"), (":type beside", "beside: i32"), (":vars", "beside")):
            cell = self.run_ok(f"{command}\n3 + 4")
            self.assertEqual(sorted(cell.kinds()), ["display_data", "execute_result"], command)
            self.assertEqual(cell.result(), "7")
            shown = [c["data"]["text/plain"] for kind, c in cell.outputs if kind == "display_data"]
            self.assertIn(answer, shown[0])
            self.assertEqual(self.run_ok(command).kinds(), ["execute_result"], command)

    def test_a_last_write_shows_its_error_and_nothing_else(self):
        cell = self.run_ok('use std::fmt::Write as _;\nlet mut written = String::new();\nwrite!(written, "{}", 5)')
        self.assertEqual(cell.outputs, [])
        self.assertEqual(self.run_ok("written").result(), '"5"')
        full = 'use std::io::Write as _;\nlet mut room = [0u8; 1];\nwriteln!(&mut room[..], "much")'
        cell = self.run_failing(full, "Error")
        self.assertIn("failed to write whole buffer", cell.traceback())
        self.assertIn("this cell:3", cell.traceback())

    def test_a_large_cell_and_much_output(self):
        long = "let long = \"" + "x" * 1_000_000 + "\".len();\nlong"
        self.assertEqual(self.run_ok(long).result(), "1000000")
        cell = self.run_ok('for _ in 0..300_000 { println!("{}", "y".repeat(99)); }')
        shown = sum(len(c["text"]) for k, c in cell.outputs if k == "stream")
        self.assertLess(shown, 12_000_000)
        self.assertIn("cut", cell.text("stderr"))
        self.assertEqual(self.run_ok("1 + 1").result(), "2")


class TestTraining(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = Session()
        cls.session.run(TRAIN)

    @classmethod
    def tearDownClass(cls):
        cls.session.close()

    def test_a_live_curve_moves_and_the_final_picture_stays(self):
        cell = self.session.run(f"let a = {LIVE}.run()?;")
        self.assertEqual(cell.status, "ok", cell.traceback())
        updates = [c for _, kind, c in cell.arrivals if kind == "update_display_data"]
        self.assertGreater(len(updates), 1)
        self.assertEqual(cell.kinds(), ["display_data"])
        self.assertIn("image/png", cell.outputs[0][1]["data"])

    def test_what_the_student_shows_takes_the_place_of_the_live_curve(self):
        code = f'println!("first");\nlet b = {LIVE}.fresh().run()?;\nplot_learning_curves(&[&b])'
        cell = self.session.run(code)
        self.assertIn("display_data", [kind for _, kind, _ in cell.arrivals])
        self.assertEqual(cell.kinds(), ["stream", "execute_result"])
        self.assertEqual(cell.text(), "first\n")

    def test_stop_keeps_what_was_trained(self):
        code = (
            'let c = Experiment::new("long", &model, &data).settings(&[(1000, 0.1)]).run()?;\n'
            "let after = 1;"
        )
        pressed = []

        def press():
            self.session.await_display()
            time.sleep(1.0)
            pressed.append(time.monotonic())
            self.session.interrupt()

        cell = self.session.run(code, during=press)
        self.assertEqual(cell.reply["ename"], "Interrupted")
        self.assertLess(time.monotonic() - pressed[0], 5.0)
        cell = self.session.run("(c.runs[0].interrupted, c.runs[0].samples > 1000, after)")
        self.assertEqual(cell.result(), "(true, true, 1)", cell.traceback())
        cell = self.session.run('Experiment::new("next", &model, &data).settings(&[(1, 0.1)]).quiet().run()?.runs[0].interrupted')
        self.assertEqual(cell.result(), "false", cell.traceback())

    def test_a_callback_that_panics_is_named_and_the_history_is_kept(self):
        bad = """
            struct Bad;
            impl Callback<f32> for Bad {
                fn name(&self) -> String { "Bad".to_owned() }
                fn on_epoch_end(&mut self, epoch: &mut Epoch<'_, f32>) -> Result<Control, chainrule::Error> {
                    if epoch.number == 2 { panic!("it broke"); }
                    Ok(Control::Continue)
                }
            }
            let mut few = data.clone();
            few.train = few.train.first(500)?;"""
        self.assertEqual(self.session.run(bad).status, "ok")
        cell = self.session.run("let history = Fit::new(&model, &few).epochs(4).callback(Bad).run()?;")
        self.assertEqual(cell.status, "ok", cell.traceback())
        self.assertIn(
            "ended after epoch 2 of 4: the callback Bad panicked: it broke; the history up to there is kept",
            cell.text(),
        )
        self.assertEqual(self.session.run("history.epochs()").result(), "2")
        # A later panic of the same cell is told as what it is, and takes no variable.
        code = "let again = Fit::new(&model, &few).epochs(4).callback(Bad).quiet().run()?;\n[1, 2][again.epochs()..][0]"
        cell = self.session.run(code)
        self.assertEqual(cell.reply["ename"], "Panic")
        self.assertIn("index out of bounds", cell.traceback())
        self.assertIn("this cell:2", cell.traceback())
        self.assertNotIn("it broke", cell.traceback())
        cell = self.session.run("history.checked()?")
        self.assertIn("the callback Bad panicked: it broke", cell.traceback())
        self.assertEqual(self.session.run("history.epochs()").status, "error")


class TestEnds(unittest.TestCase):
    """Cells that end their process, and a kernel that is killed."""

    def setUp(self):
        self.session = Session()

    def tearDown(self):
        self.session.close()

    def lives_on(self):
        cell = self.session.run("twice(21)")
        self.assertEqual(cell.result(), "42", cell.traceback())
        cell = self.session.run('let r: i32 = "x".parse()?;')
        self.assertEqual(cell.reply["ename"], "ParseIntError")

    def test_a_session_can_be_cleared_before_code_and_its_process_begun_again(self):
        self.session.run("fn twice(x: i32) -> i32 { 2 * x }\nlet value = 1;")
        cell = self.session.run(":restart\ntwice(4)")
        self.assertEqual(cell.result(), "8", cell.traceback())
        cell = self.session.run("value")
        self.assertIn("`value` was lost by `:restart` in cell [2]", cell.traceback())
        self.lives_on()
        self.session.run("let value = 1;")
        cell = self.session.run(":clear\nlet model = Model::input(2).dense(1).squared_error();\nmodel.summary()?.total")
        self.assertEqual(cell.result(), "3", cell.traceback())
        cell = self.session.run("twice(1)")
        self.assertIn("cannot find function `twice`", cell.traceback())
        cell = self.session.run("value")
        self.assertIn("`value` was cleared in cell", cell.traceback())
        self.session.run("fn twice(x: i32) -> i32 { 2 * x }")
        self.lives_on()

    def test_crashes_are_told_as_what_they_were_and_definitions_live_on(self):
        self.session.run("fn twice(x: i32) -> i32 { 2 * x }")
        recursion = "fn deep(n: u64) -> u64 { if n == u64::MAX { 0 } else { 1 + deep(n + 1) } }\nlet d = deep(0);\nd"
        for code, name in (
            ("unsafe { *(8 as *mut i32) = 1; }", "SegmentationFault"),
            ("std::process::abort();", "Abort"),
            ("std::process::exit(3);", "Exit"),
            (recursion, "StackOverflow"),
        ):
            self.session.run("let value = 1;")
            cell = self.session.run(code)
            self.assertEqual(cell.reply["ename"], name, cell.traceback())
            self.assertIn("lost", cell.traceback())
            self.lives_on()

    def test_code_that_does_not_listen_is_stopped(self):
        self.session.run("fn twice(x: i32) -> i32 { 2 * x }\nlet value = 1;")
        for presses, least, most in ((1, 2.5, 30.0), (2, 0.0, 3.0)):

            def press(presses=presses):
                time.sleep(1.5)
                self.pressed = time.monotonic()
                for _ in range(presses):
                    self.session.interrupt(0.2)

            cell = self.session.run("loop { std::hint::spin_loop(); }", during=press)
            seconds = time.monotonic() - self.pressed
            self.assertEqual(cell.reply["ename"], "Interrupted")
            self.assertTrue(least < seconds < most, seconds)
            self.lives_on()

    def test_pressing_twice_while_a_cell_compiles_keeps_the_variables(self):
        self.session.run("let kept = 7;")
        endless = (
            "#[allow(long_running_const_eval)]\n"
            "const LONG: u64 = { let mut i = 0; while i < u64::MAX { i += 1; } i };\nLONG"
        )
        for apart in (0.0, 0.5):

            def press(apart=apart):
                self.await_compiler()
                self.session.interrupt()
                self.session.interrupt(apart)
                # It must not reach the next cell.
                time.sleep(0.5)

            cell = self.session.run(endless, during=press)
            self.assertEqual(cell.reply["ename"], "Interrupted", cell.traceback())
            self.assertIn("every variable is kept", cell.traceback())
            cell = self.session.run("kept")
            self.assertEqual(cell.result(), "7", cell.traceback())

    def test_a_press_before_the_compiler_has_begun_ends_the_cell_there(self):
        self.session.run("let kept = 7;")
        code = "let x = 1;\nstd::thread::sleep(std::time::Duration::from_secs(9));"
        for after in (0.02, 0.06, 0.1):

            def press(after=after):
                while not self.session.cell.arrivals:
                    time.sleep(0.01)
                self.session.interrupt(after)

            cell = self.session.run(code, during=press)
            self.assertEqual(cell.reply["ename"], "Interrupted", cell.traceback())
            cell = self.session.run("kept")
            self.assertEqual(cell.result(), "7", cell.traceback())

    def await_compiler(self):
        """Waits until the running cell is being compiled."""
        for _ in range(200):
            time.sleep(0.1)
            calls = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
            folder = self.built_in(self.session)
            if any("--crate-name ctx" in call and folder in call for call in calls.splitlines()):
                return
        raise TimeoutError("nothing is compiled")

    def test_pressing_twice_ends_a_shell_line_that_does_not_listen_and_nothing_else(self):
        self.session.run("let kept = 7;")

        def press():
            while not self.session.cell.text():
                time.sleep(0.05)
            self.session.interrupt()
            self.session.interrupt(0.3)

        cell = self.session.run("!trap '' INT; echo up; while :; do sleep 0.1; done", during=press)
        self.assertEqual(cell.reply["ename"], "ShellError", cell.traceback())
        self.assertLess(cell.seconds, 5.0)
        cell = self.session.run("kept")
        self.assertEqual(cell.result(), "7", cell.traceback())

    def test_a_shell_line_ends_with_its_shell_whatever_it_left_in_the_background(self):
        cell = self.session.run("!echo first; sleep 20 & echo up")
        self.assertEqual(cell.text(), "first\nup\n")
        self.assertLess(cell.seconds, 5.0)

    def test_stop_ends_the_search_for_a_dependency_and_keeps_the_variables(self):
        self.session.run("let kept = 7;")
        # It takes calls and never answers.
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        pressed = []

        def press():
            begin = time.monotonic()
            while "Updating" not in self.session.cell.text("stderr") and time.monotonic() - begin < 20:
                time.sleep(0.05)
            pressed.append(time.monotonic())
            self.session.interrupt()

        address = f"http://127.0.0.1:{server.getsockname()[1]}/slow.git"
        cell = self.session.run(f':dep slow = {{ git = "{address}" }}\nlet x = 1;', during=press)
        self.assertEqual(cell.reply["ename"], "Interrupted", cell.traceback())
        self.assertLess(time.monotonic() - pressed[0], 2.0)
        self.assertIn("Updating", "".join(c.get("text", "") for _, _, c in cell.arrivals))
        cell = self.session.run("kept")
        self.assertEqual(cell.result(), "7", cell.traceback())

    def test_too_many_threads_do_not_end_the_kernel(self):
        code = (
            "let threads: Vec<_> = (0..3000).map(|_| std::thread::Builder::new().spawn("
            "|| std::thread::sleep(std::time::Duration::from_secs(2)))).collect();\n"
            "threads.len()"
        )
        self.assertIn(self.session.run(code).status, ("ok", "error"))
        self.assertEqual(self.session.run("1 + 1").result(), "2")

    @unittest.skipUnless(os.geteuid() == 0, "only root may mount a small disk over the build folder")
    def test_a_full_disk_is_told_and_variables_live_on(self):
        session = Session()
        self.addCleanup(session.close)
        self.assertEqual(session.run("let x = 5; x").result(), "5")
        built_in, disk = self.built_in(session), tempfile.mkdtemp()
        self.mount("tmpfs", disk, "size=2m")
        for name in ("upper", "work"):
            os.mkdir(os.path.join(disk, name))
        self.mount("overlay", built_in, f"lowerdir={built_in},upperdir={disk}/upper,workdir={disk}/work")
        # Nothing can be written, then a source but not what is compiled from it.
        for room in (0, 200_000):
            filling = os.path.join(disk, "filling")
            with open(filling, "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(bytes(4096))
                except OSError:
                    file.truncate(file.tell() - room)
            cell = session.run("let y = x + 1; y")
            self.assertEqual(cell.reply["ename"], "DiskFull", cell.traceback())
            self.assertIn("free some space", cell.traceback())
            os.remove(filling)
            self.assertEqual(session.run("let y = x + 1; y").result(), "6")

    def built_in(self, session):
        """The folder that a session builds its cells in."""
        with open(f"/proc/{session.pid}/environ") as environment:
            variables = dict(line.split("=", 1) for line in environment.read().split("\0") if "=" in line)
        return variables["EVCXR_TMPDIR"]

    def mount(self, kind, place, options):
        subprocess.run(["mount", "-t", kind, kind, place, "-o", options], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", place], check=True)

    def test_what_a_killed_kernel_leaves_is_swept_at_the_next_start(self):
        folder = os.path.join(tempfile.gettempdir(), "chainrule-kernel-*")
        before = set(glob.glob(folder))
        killed = Session()
        self.addCleanup(killed.client.stop_channels)
        left = set(glob.glob(folder)) - before
        self.assertEqual(len(left), 1)
        os.kill(killed.pid, signal.SIGKILL)
        killed.manager.provisioner.process.wait()
        following = Session()
        self.addCleanup(following.close)
        self.assertEqual(following.run("1 + 1").result(), "2")
        self.assertFalse(left & set(glob.glob(folder)))
        # That of a living one stays, and its kernel works.
        self.assertEqual(self.session.run("1 + 1").result(), "2")

    def test_no_process_outlives_a_kernel_that_was_killed(self):
        self.session.run("let id = std::process::id();")
        child = int(self.session.run("id").result())
        self.session.client.execute("loop { std::hint::spin_loop(); }")
        time.sleep(1.5)
        os.kill(self.session.pid, signal.SIGKILL)
        self.assertTrue(ends(child), "the process that runs cells lives on")

    def test_no_shell_line_outlives_a_kernel_that_was_killed(self):
        request = self.session.client.execute("!echo $$; exec sleep 300")
        shell = None
        while shell is None:
            message = self.session.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") == request and message["msg_type"] == "stream":
                shell = int(message["content"]["text"])
        self.assertTrue(alive(shell))
        os.kill(self.session.pid, signal.SIGKILL)
        self.assertTrue(ends(shell), "the command lives on")


class TestStart(unittest.TestCase):
    """A session whose libraries are not as the setup left them."""

    def test_stop_during_the_start_ends_the_cell_and_not_the_session(self):
        source = os.path.join(os.path.dirname(__file__), "../../crates/chainrule/src/lib.rs")
        before = os.stat(source)
        os.utime(source)
        # As it was, the libraries of later sessions are fresh.
        self.addCleanup(os.utime, source, ns=(before.st_atime_ns, before.st_mtime_ns))
        session = Session()
        self.addCleanup(session.close)

        def press():
            while "compiling chainrule" not in session.cell.text():
                time.sleep(0.05)
            session.interrupt()

        cell = session.run("!echo listed\n1 + 1", during=press)
        self.assertEqual(cell.reply["ename"], "Interrupted", cell.traceback())
        self.assertIn("listed\n", cell.text())
        cell = session.run("!echo listed\n1 + 1")
        self.assertEqual(cell.result(), "2", cell.traceback())
        # What was shown while the cell waited is gone, and nothing else.
        self.assertEqual(cell.text(), "listed\n")
        self.assertIn("The sources of chainrule v", cell.text("stderr"))
        self.assertEqual(session.run("1 + 1").outputs[0][0], "execute_result")


def ends(pid):
    for _ in range(50):
        time.sleep(0.1)
        if not alive(pid):
            return True
    return False


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main(verbosity=2)
