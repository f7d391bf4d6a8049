internal import KubeAPI
