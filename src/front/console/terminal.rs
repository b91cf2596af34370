//! The terminal itself. Where a person types, lines are edited and have a history, and what is said meanwhile goes above
//! the line. A pipe is read line by line.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{Receiver, Sender, channel};

use anstream::{AutoStream, ColorChoice};
use anstyle::Style;
use parking_lot::Mutex;
use rustyline::{Config, DefaultEditor, ExternalPrinter};
use tokio::io::{AsyncBufReadExt as _, BufReader, Stdin};
use tokio::sync::mpsc;

const PROMPT: &str = "> ";

/// What is typed on, and what is said on.
#[must_use]
pub fn open() -> (Input, Screen) {
    let colours = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    let plain = || Screen { above_the_line: None, colours };
    if !io::stdin().is_terminal() {
        return (Input::Pipe(BufReader::new(tokio::io::stdin())), plain());
    }
    let cooked = Cooked::now();
    // On a terminal that knows no editing rustyline reads plain lines; where it cannot even begin, so do we.
    // Several lines pasted at once are several messages; and no mode of the terminal is left behind by a sudden end.
    let config = Config::builder().bracketed_paste(false).build();
    let Ok(mut editor) = DefaultEditor::with_config(config) else {
        return (Input::Pipe(BufReader::new(tokio::io::stdin())), plain());
    };
    let printer = editor.create_external_printer().ok();
    let above_the_line = printer.map(|printer| Mutex::new(Box::new(printer) as Box<dyn ExternalPrinter + Send>));
    let (ask, asked) = channel();
    let (lines, typed) = mpsc::unbounded_channel();
    std::thread::spawn(move || edit_lines(editor, &asked, &lines));
    (Input::Person { ask, typed, _cooked: cooked }, Screen { above_the_line, colours })
}

/// Edits a line whenever one is asked for, until there are no more.
fn edit_lines(mut editor: DefaultEditor, asked: &Receiver<()>, lines: &mpsc::UnboundedSender<String>) {
    while asked.recv().is_ok() {
        // Ctrl-C, Ctrl-D and a terminal that is gone all mean that nothing more comes.
        let Ok(line) = editor.readline(PROMPT) else { return };
        // A history that takes no more loses nothing that was typed.
        let _ = editor.add_history_entry(&line);
        if lines.send(line).is_err() {
            return;
        }
    }
}

/// Where lines come from.
pub enum Input {
    Pipe(BufReader<Stdin>),
    Person { ask: Sender<()>, typed: mpsc::UnboundedReceiver<String>, _cooked: Cooked },
}

impl Input {
    pub const fn is_person(&self) -> bool {
        matches!(self, Self::Person { .. })
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// When a pipe cannot be read.
    pub async fn line(&mut self) -> io::Result<Option<String>> {
        match self {
            Self::Pipe(pipe) => {
                // Bytes, not text: a line in another charset must not end the conversation.
                let mut line = Vec::new();
                let length = pipe.read_until(b'\n', &mut line).await?;
                Ok((length > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
            }
            Self::Person { ask, typed, .. } => {
                if ask.send(()).is_err() {
                    return Ok(None);
                }
                Ok(typed.recv().await)
            }
        }
    }
}

/// The terminal as it was found. An end while a line is being edited would leave it without echo.
pub struct Cooked {
    #[cfg(unix)]
    modes: Option<rustix::termios::Termios>,
}

impl Cooked {
    fn now() -> Self {
        Self {
            #[cfg(unix)]
            modes: rustix::termios::tcgetattr(io::stdin()).ok(),
        }
    }
}

impl Drop for Cooked {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(modes) = &self.modes {
            // It may be closed by now.
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, modes);
        }
    }
}

/// Where replies are said.
pub struct Screen {
    /// Keeps the line that is being typed below what is said.
    above_the_line: Option<Mutex<Box<dyn ExternalPrinter + Send>>>,
    colours: bool,
}

impl Screen {
    /// Says lines. A closed pipe is its reader's wish to hear no more.
    pub fn say(&self, lines: &str) {
        let text = format!("{lines}\n");
        if let Some(printer) = &self.above_the_line {
            let _ = printer.lock().print(text);
            return;
        }
        let mut out = io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Words in this style, where there are colours.
    #[must_use]
    pub fn styled(&self, style: Style, words: &str) -> String {
        if self.colours { format!("{style}{words}{style:#}") } else { words.to_owned() }
    }
}
