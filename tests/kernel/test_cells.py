"""What cells show and answer on the kernel `chainrule`: `cargo lab test` runs this."""

import os
import time
import unittest

from session import Session


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
