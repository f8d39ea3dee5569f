// Show the password while typing it.
document.querySelector("[data-show-password]")?.addEventListener("click", ({ currentTarget: button }) => {
  const field = document.getElementById("password");
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  field.focus();
});
