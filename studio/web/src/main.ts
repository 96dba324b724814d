import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { speech } from "./lib/i18n.svelte";
import { studio } from "./lib/studio.svelte";
import { appearance } from "./lib/theme.svelte";

appearance.apply();
speech.apply();
studio.start();
mount(App, { target: document.body });
