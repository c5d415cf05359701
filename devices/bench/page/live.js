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

  let size = { width: canvas.width, height: canvas.height };

  // A JPEG's frame header (SOF) holds its size: height and width, two bytes each.
  const measure = (data) => {
    const bytes = new DataView(data);
    for (let at = 2; at < bytes.byteLength; at += 2 + bytes.getUint16(at + 2)) {
      const marker = bytes.getUint8(at + 1);
      if (marker >= 0xc0 && marker <= 0xc2) return { width: bytes.getUint16(at + 7), height: bytes.getUint16(at + 5) };
    }
    return size;
  };

  const draw = async (data) => {
    size = measure(data);
    frame.closest(".bench").style.setProperty("--aspect", size.width / size.height);
    // Scaled by the browser's good filter, or small text on the screen breaks up.
    const sharp = Math.min(1, (canvas.clientWidth * window.devicePixelRatio) / size.width) || 1;
    const [width, height] = [Math.round(size.width * sharp), Math.round(size.height * sharp)];
    const picture = await createImageBitmap(new Blob([data], { type: "image/jpeg" }), {
      resizeWidth: width,
      resizeHeight: height,
      resizeQuality: "medium",
    });
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
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
      x: within(((event.clientX - box.left) * size.width) / box.width, size.width),
      y: within(((event.clientY - box.top) * size.height) / box.height, size.height),
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
