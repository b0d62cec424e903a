//! What a notebook has after `use chainrule::prelude::*;`.
//!
//! The list is explicit, and a change to it is a change of the API. No function here bears the
//! name that a student would give its result: a kept variable of that name would hide it.

// What is learned from.
#[doc(no_inline)]
pub use chainrule_data::{
    Augment, Augmenter, Batch, BatchSampler, Card, Dataset, FashionMnist, Mnist, Reader, Scaler,
    Splits, Toy,
};
#[doc(no_inline)]
pub use chainrule_error::{Error, ErrorKind, Result};
// What learns.
#[doc(no_inline)]
pub use chainrule_nn::{
    AdaGrad, AdaMax, Adadelta, Adam, AdamW, Agreement, AmsGrad, Clipping, Descent, Dropout,
    GradientCheck, GradientNoise, Gradients, Init, Loss, Model, Momentum, Nadam, Nesterov, Network,
    Optimizer, OwnGradients, OwnLayer, OwnLoss, Parameter, Penalty, Record, Reduction, RmsProp,
    Rule, RuleTable, Scalar, Schedule, Sgd, Shape, State, StepCosts, Summary, Targets, Workspace,
    check_layer, check_loss, compare_layer, step_costs,
};
// What is seen.
#[doc(no_inline)]
pub use chainrule_plot::{
    BarPlot, Cell, Column, ContourPlot, CurveGrid, Figure, HeatMap, ImageGrid, LinePlot, Matrix,
    MatrixPlot, NetworkNode, NetworkPlot, Panel, ScatterPlot, ScatterPlot3d, Series, TablePlot,
};
// NumPy's random numbers, bit for bit.
#[doc(no_inline)]
pub use chainrule_random::{Generator, RandomState};
// Why it learns.
#[doc(no_inline)]
pub use chainrule_trace::{
    Answer, Answers, Finding, Notation, Step, StepTable, Stepper, Steps, Trace, Traceable, Update,
    Verdict, trace_update,
};
// How it learns.
#[doc(no_inline)]
pub use chainrule_train::{
    Callback, Checkpoint, Choice, Comparison, Comparisons, ConfusionMatrix, Control, Divergence,
    EarlyStopping, End, Ending, Epoch, Evaluation, Experiment, Fit, History, Log, MeanCurve,
    Measure, Mistake, Mistakes, Mode, Point, Race, RaceResults, Racer, Results, ResultsSummary,
    Run, Saved, Setting, SettingSummary, Spread, Start, Surface, TerminateOnNaN, TrainMetrics,
    evaluate, forget_runs, train_full_batch,
};
// Arrays. All names that a kept variable's type may have.
#[doc(no_inline)]
pub use ndarray::{
    self, Array, Array1, Array2, Array3, Array4, ArrayD, ArrayView, ArrayView1, ArrayView2,
    ArrayView3, ArrayView4, ArrayViewD, ArrayViewMutD, Axis, Dimension, Ix1, Ix2, Ix3, Ix4, IxDyn,
    NewAxis, Zip, array, azip, concatenate, s, stack,
};
// Random numbers from a seed.
#[doc(no_inline)]
pub use rand::{Rng, RngExt, SeedableRng, seq::SliceRandom};
#[doc(no_inline)]
pub use rand_pcg::Pcg64;

#[doc(no_inline)]
pub use crate::figures::{
    MeanCurves, TracePlot, plot_augmented, plot_confusion_matrix, plot_history,
    plot_learning_curves, plot_loss_curves, plot_mean_curves, plot_mistakes, plot_race,
    plot_race_table, plot_results_table, plot_summary_table, plot_trace,
};
#[doc(no_inline)]
pub use crate::interrupted;
// What a cell shows and asks. `input` is not here: a student's own data are often called that.
#[doc(no_inline)]
pub use crate::notebook::{DisplayHandle, LivePlot, NotebookDisplay, clear_output, show};
