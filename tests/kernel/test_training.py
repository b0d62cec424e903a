"""What a student sees of training on the kernel `chainrule`: `cargo lab test` runs this."""

import time
import unittest

from session import Session

# Long enough for a live curve on any machine: nothing is shown of what is over in 300 ms.
LIVE = 'Experiment::new("live", &model, &data).settings(&[(150, 0.1)])'
TRAIN = """
let data = Mnist::load()?.with_validation(5_000)?;
let model = Model::input(784).dense(10).softmax();
"""


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
