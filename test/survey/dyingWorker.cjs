// Loaded into every process of a survey: one that measures scene 25 kills itself, as a system without memory would.
const given = [];
const { send } = process;

function check() {
  if (given[0] === "scene:25") process.kill(process.pid, "SIGKILL");
}

process.on("message", (request) => {
  if (request.kind !== "image") return;
  given.push(request.item.name);
  check();
});

process.send = (message, callback) =>
  send.call(process, message, (error) => {
    if (message.kind === "done") {
      given.shift();
      check(); // the answer has gone out
    }
    callback(error);
  });
