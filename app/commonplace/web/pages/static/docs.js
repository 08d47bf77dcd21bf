"use strict";
// Swagger UI over this server's own description; it asks nobody else (no validator's badge).

SwaggerUIBundle({ url: new URL("../openapi.json", document.currentScript.src).href, dom_id: "#api", deepLinking: true, validatorUrl: null });

// Swagger UI has colours for the dark, which a class of the page turns on.
const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();
