//! Keeps figures, and writes them as Prometheus reads them (text format 0.0.4).
//!
//! Not `metrics-exporter-prometheus`: it brings 17 crates, and keeps each value of a histogram until somebody asks for
//! the figures, which nobody may ever do. Buckets whose bounds are known take the same room for ever.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use parking_lot::Mutex;

/// What is said of a figure, and what it is counted in.
#[derive(Clone, Copy, Debug)]
pub struct Described {
    pub help: &'static str,
    /// Upper bounds of a histogram's buckets, rising.
    pub bounds: &'static [f64],
}

/// All figures of a process.
#[derive(Debug)]
pub struct Figures {
    describe: fn(&str) -> Option<Described>,
    /// By name, then by labels as they are written.
    series: Mutex<BTreeMap<String, BTreeMap<String, Series>>>,
}

#[derive(Clone, Debug)]
enum Series {
    Counter(Arc<AtomicU64>),
    /// The bits of a float.
    Gauge(Arc<AtomicU64>),
    Histogram(Arc<Buckets>),
}

impl Figures {
    pub fn new(describe: fn(&str) -> Option<Described>) -> Self {
        Self { describe, series: Mutex::default() }
    }

    fn series(&self, key: &Key, new: impl FnOnce() -> Series) -> Series {
        let labels = key.labels().map(|label| format!("{}=\"{}\"", label.key(), escaped(label.value())));
        let labels = labels.collect::<Vec<_>>().join(",");
        let mut all = self.series.lock();
        let named = all.entry(key.name().to_owned()).or_default();
        named.entry(labels).or_insert_with(new).clone()
    }

    /// Everything, as text.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for (name, series) in self.series.lock().iter() {
            if let Some(described) = (self.describe)(name) {
                let _ = writeln!(text, "# HELP {name} {}", described.help);
            }
            let kind = series.values().next().map_or("untyped", Series::kind);
            let _ = writeln!(text, "# TYPE {name} {kind}");
            for (labels, series) in series {
                let _ = series.write(&mut text, name, labels);
            }
            text.push('\n');
        }
        text
    }
}

impl Series {
    fn kind(&self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Gauge(_) => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }

    fn write(&self, text: &mut String, name: &str, labels: &str) -> fmt::Result {
        let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        match self {
            Self::Counter(value) => writeln!(text, "{name}{braced} {}", value.load(Ordering::Relaxed)),
            Self::Gauge(bits) => writeln!(text, "{name}{braced} {}", f64::from_bits(bits.load(Ordering::Relaxed))),
            Self::Histogram(buckets) => {
                let Counted { counts, above, sum } = buckets.counted.lock().clone();
                let comma = if labels.is_empty() { "" } else { "," };
                let mut total = 0;
                for (bound, count) in buckets.bounds.iter().zip(counts) {
                    total += count;
                    writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {total}")?;
                }
                total += above;
                writeln!(text, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {total}")?;
                writeln!(text, "{name}_sum{braced} {sum}")?;
                writeln!(text, "{name}_count{braced} {total}")
            }
        }
    }
}

/// How often a value fell between two bounds.
#[derive(Debug)]
struct Buckets {
    bounds: &'static [f64],
    counted: Mutex<Counted>,
}

#[derive(Clone, Debug, Default)]
struct Counted {
    counts: Vec<u64>,
    above: u64,
    sum: f64,
}

impl Buckets {
    fn new(bounds: &'static [f64]) -> Self {
        let counts = vec![0; bounds.len()];
        Self { bounds, counted: Mutex::new(Counted { counts, ..Counted::default() }) }
    }
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        let mut counted = self.counted.lock();
        counted.sum += value;
        let at = self.bounds.partition_point(|bound| *bound < value);
        match counted.counts.get_mut(at) {
            Some(count) => *count += 1,
            None => counted.above += 1,
        }
    }
}

impl Recorder for Figures {
    // What figures mean is known beforehand: see `describe`.
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        match self.series(key, || Series::Counter(Arc::default())) {
            Series::Counter(value) => Counter::from_arc(value),
            _ => Counter::noop(),
        }
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        match self.series(key, || Series::Gauge(Arc::default())) {
            Series::Gauge(bits) => Gauge::from_arc(bits),
            _ => Gauge::noop(),
        }
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let bounds = || (self.describe)(key.name()).map_or(&[][..], |described| described.bounds);
        match self.series(key, || Series::Histogram(Arc::new(Buckets::new(bounds())))) {
            Series::Histogram(buckets) => Histogram::from_arc(buckets),
            _ => Histogram::noop(),
        }
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(name: &str) -> Option<Described> {
        let described = |help, bounds| Some(Described { help, bounds });
        match name {
            "taken_total" => described("How many were taken", &[]),
            "seconds" => described("How long it took", &[0.5, 1.0, 2.5]),
            _ => None,
        }
    }

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let figures = Arc::new(Figures::new(describe));
        metrics::with_local_recorder(&figures, || {
            metrics::counter!("taken_total", "who" => "a").increment(2);
            metrics::counter!("taken_total", "who" => "a").increment(1);
            metrics::counter!("taken_total", "who" => "b\"\\\n", "how" => "x").absolute(9);
            metrics::gauge!("left").set(1_234_567.5);
            metrics::gauge!("left").decrement(0.5);
            for value in [0.1, 0.5, 0.6, 2.5, 7.0] {
                metrics::histogram!("seconds").record(value);
            }
            metrics::histogram!("seconds", "who" => "a").record(1.5);
            // The same name as something else changes nothing.
            metrics::counter!("left").increment(5);
        });
        insta::assert_snapshot!(figures.render(), @r#"
        # TYPE left gauge
        left 1234567

        # HELP seconds How long it took
        # TYPE seconds histogram
        seconds_bucket{le="0.5"} 2
        seconds_bucket{le="1"} 3
        seconds_bucket{le="2.5"} 4
        seconds_bucket{le="+Inf"} 5
        seconds_sum 10.7
        seconds_count 5
        seconds_bucket{who="a",le="0.5"} 0
        seconds_bucket{who="a",le="1"} 0
        seconds_bucket{who="a",le="2.5"} 1
        seconds_bucket{who="a",le="+Inf"} 1
        seconds_sum{who="a"} 1.5
        seconds_count{who="a"} 1

        # HELP taken_total How many were taken
        # TYPE taken_total counter
        taken_total{who="a"} 3
        taken_total{who="b\"\\\n",how="x"} 9
        "#);
    }
}
