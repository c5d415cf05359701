// The live screen: draws the pictures the bench sends into the canvas, and sends the mouse back as a finger.
"use strict";
window.liveScreen = (canvas, address) => {
  const frame = canvas.parentElement;
  const pen = canvas.getContext("2d", { alpha: false });
  let socket = null;
  let pressed = false;
  let moving = null;

  const state = (word) => (frame.dataset.state = word);
  const say = (words) => {
    if (socket !== null && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(words));
  };

  const draw = async (data) => {
    const picture = await createImageBitmap(new Blob([data], { type: "image/jpeg" }));
    if (canvas.width !== picture.width || canvas.height !== picture.height) {
      canvas.width = picture.width;
      canvas.height = picture.height;
    }
    pen.drawImage(picture, 0, 0);
    picture.close();
    canvas.dataset.pictures = Number(canvas.dataset.pictures || 0) + 1;
    state("live");
    say({ do: "seen" });
  };

  const connect = () => {
    if (!canvas.isConnected) return;
    socket = new WebSocket(new URL(address, location.href.replace(/^http/, "ws")));
    socket.binaryType = "arraybuffer";
    socket.onmessage = (message) => (typeof message.data === "string" ? state("none") : draw(message.data));
    socket.onclose = () => {
      state("lost");
      setTimeout(connect, 1000);
    };
  };

  const finger = (motion, event) => {
    const box = canvas.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most - 1, Math.round(value)));
    say({
      do: motion,
      x: within(((event.clientX - box.left) * canvas.width) / box.width, canvas.width),
      y: within(((event.clientY - box.top) * canvas.height) / box.height, canvas.height),
    });
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pressed = true;
    finger("down", event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!pressed) return;
    if (moving === null) requestAnimationFrame(() => {
      if (pressed) finger("move", moving);
      moving = null;
    });
    moving = event;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (!pressed) return;
      pressed = false;
      finger("up", event);
    });
  }
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  connect();
};
