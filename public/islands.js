// Wakes the islands of a page. The page brings one tag, and only when it has an island:
//   <script type="module" src="…/islands.js" data-glue="…/linli.js" data-wasm="…/linli.wasm"></script>
// Being a file of its own, it needs no inline script in the content security policy.

const tag = document.querySelector("script[data-glue]");

// An island's server-rendered children may hold islands again. These must find the outer island's context, which
// Leptos restores through a function it leaves on the <leptos-children> element.
async function wake(node, outer, glue) {
  if (node.localName === "leptos-island") {
    const name = node.dataset.component;
    const island = glue[name];
    if (island) {
      outer?.();
      await island(node);
    } else {
      console.error(`The WebAssembly has no island ${name}.`);
    }
  }
  // Asked only now: waking an island is what puts the function there.
  const inner = node.localName === "leptos-children" ? node.$$on_hydrate : outer;
  for (const child of [...node.children]) {
    await wake(child, inner, glue);
  }
}

async function start() {
  const glue = await import(tag.dataset.glue);
  await glue.default({ module_or_path: tag.dataset.wasm });
  glue.hydrate?.();
  await wake(document.body, undefined, glue);
  // For tests, and for styles that wait until a finger gets an answer.
  document.documentElement.dataset.islands = "awake";
}

if (tag && document.querySelector("leptos-island")) start();
