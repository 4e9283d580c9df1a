// Drawing a boundary: what is drawn stands as GeoJSON in the field of the form, which is what gets saved.
(function () {
  "use strict";

  const box = document.querySelector("[data-map-edit]");
  if (!box) return;
  const map = window.portalMaps[box.dataset.map].map;
  const looks = window.portalMaps[box.dataset.map].looks;
  const field = document.querySelector(box.dataset.mapEdit);
  const system = document.querySelector(box.dataset.mapSystem);
  const status = document.querySelector("[data-map-status]");
  const spots = document.querySelector("#id_points");
  const parts = L.featureGroup().addTo(map);
  const marks = L.layerGroup().addTo(map);

  map.pm.setLang("zh");
  map.pm.setGlobalOptions({
    pathOptions: looks.draft, templineStyle: { color: "#0f4fa8" }, hintlineStyle: { color: "#0f4fa8", dashArray: "5 5" },
    snappable: true, snapDistance: 12, allowSelfIntersection: false, layerGroup: parts,
  });

  function say(text) { status.textContent = text; }

  // Every polygon apart, so that each can be moved and removed by itself.
  function show(geometry) {
    parts.clearLayers();
    const many = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    many.forEach(function (coordinates) {
      L.geoJSON({ type: "Polygon", coordinates: coordinates }, { style: looks.draft }).eachLayer(function (layer) {
        watch(layer);
        parts.addLayer(layer);
      });
    });
  }

  function write() {
    const polygons = [];
    let corners = 0;
    parts.eachLayer(function (layer) {
      const geometry = layer.toGeoJSON(7).geometry;
      if (geometry.type === "Polygon") polygons.push(geometry.coordinates);
      else polygons.push.apply(polygons, geometry.coordinates);
    });
    polygons.forEach(function (rings) {
      rings.forEach(function (ring) { corners += ring.length - 1; });
    });
    field.value = !polygons.length ? "" : JSON.stringify(polygons.length === 1
      ? { type: "Polygon", coordinates: polygons[0] }
      : { type: "MultiPolygon", coordinates: polygons });
    takeSystem();
    field.dispatchEvent(new Event("change", { bubbles: true }));
    say(polygons.length ? "共 " + polygons.length + " 块、" + corners + " 个顶点，还没有保存" : "地图上没有边界");
  }

  // What the map shows is CGCS2000. Points typed in another system would be shifted without a word: they go.
  function takeSystem() {
    if (system.value && system.value !== "cgcs2000" && spots.value.trim()) {
      spots.value = "";
      marks.clearLayers();
    }
    system.value = "cgcs2000";
  }

  function mark() {
    marks.clearLayers();
    if (system.value && system.value !== "cgcs2000") return;
    spots.value.split(/[\n;；]+/).forEach(function (line) {
      const pair = line.trim().split(/[,，\s]+/).map(Number);
      if (pair.length !== 2 || !pair.every(Number.isFinite)) return;
      marks.addLayer(L.circleMarker([pair[1], pair[0]], { radius: 6, color: "#fff", weight: 2, fillColor: "#1b6e3c", fillOpacity: 1, pmIgnore: true }));
    });
  }

  function spot(event) {
    takeSystem();
    const line = event.latlng.lng.toFixed(6) + "," + event.latlng.lat.toFixed(6);
    spots.value = (spots.value.trim() ? spots.value.trim() + "\n" : "") + line;
    spots.dispatchEvent(new Event("change", { bubbles: true }));
    mark();
    say("已标便民服务点 " + line + "，还没有保存");
  }

  function watch(layer) {
    layer.on("pm:edit pm:markerdragend pm:vertexremoved pm:vertexadded", write);
  }

  spots.addEventListener("change", mark);
  mark();
  window.portalMaps[box.dataset.map].own.eachLayer(function (layer) { show(layer.toGeoJSON(7).geometry); });

  map.on("pm:create", function (event) {
    watch(event.layer);
    parts.addLayer(event.layer);
    write();
  });
  map.on("pm:remove", function (event) {
    parts.removeLayer(event.layer);
    write();
  });

  const tools = {
    draw: {
      on: function () { map.pm.enableDraw("Polygon"); say("逐点点击，点第一个点结束；Esc 取消"); },
      off: function () { map.pm.disableDraw(); },
    },
    edit: {
      on: function () { map.pm.enableGlobalEditMode(); say("拖动顶点；拖动边上的小点可加顶点；右键点顶点可删除"); },
      off: function () { map.pm.disableGlobalEditMode(); },
    },
    remove: {
      on: function () { map.pm.enableGlobalRemovalMode(); say("点要删除的一块"); },
      off: function () { map.pm.disableGlobalRemovalMode(); },
    },
    point: {
      on: function () { map.on("click", spot); say("点便民服务点所在的位置，可以点多个；要去掉的在“便民服务点”栏里删"); },
      off: function () { map.off("click", spot); },
    },
  };
  const buttons = document.querySelectorAll("[data-map-tool]");

  function press(name) {
    buttons.forEach(function (button) {
      const tool = tools[button.dataset.mapTool];
      if (!tool) return;
      const was = button.getAttribute("aria-pressed") === "true";
      const on = button.dataset.mapTool === name && !was;
      if (was) tool.off();
      button.setAttribute("aria-pressed", String(on));
      if (on) tool.on();
    });
  }

  function apply() {
    press("");
    mark();
    if (system.value && system.value !== "cgcs2000") return say("这种坐标系在保存时换算，换算后地图上才能看到");
    try {
      let data = JSON.parse(field.value);
      if (data.type === "FeatureCollection") data = data.features[0];
      if (data.type === "Feature") data = data.geometry;
      if (!/^(Multi)?Polygon$/.test(data.type)) throw new Error("type");
      show(data);
      map.fitBounds(parts.getBounds(), { padding: [24, 24], maxZoom: 18 });
      say("已按坐标重画");
    } catch (error) {
      say("坐标不是有效的 GeoJSON 面，没有重画");
    }
  }

  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      if (button.dataset.mapTool === "apply") apply(); else press(button.dataset.mapTool);
    });
  });
  map.on("pm:drawend", function () {
    const button = document.querySelector("[data-map-tool=draw]");
    button.setAttribute("aria-pressed", "false");
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") press("");
  });
})();
