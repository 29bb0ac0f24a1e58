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

process.send = (message, ...rest) => {
  const sent = send.call(process, message, ...rest);
  if (message.kind === "done") {
    given.shift();
    setTimeout(check, 50); // once the answer has gone out
  }
  return sent;
};
