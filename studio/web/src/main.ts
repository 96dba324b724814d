import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shared.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { i18n } from "./lib/i18n.svelte";
import { studio } from "./lib/studio.svelte";
import { appearance } from "./lib/theme.svelte";

appearance.apply();
i18n.apply();
studio.start();
mount(App, { target: document.body });
// Over plain HTTP only this machine has service workers. Without one, the page is not installable, which is all.
if (import.meta.env.PROD) void navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
